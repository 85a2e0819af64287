@extends('layouts.page')

@section('title', 'Overview')

@section('content')
    <p>{{ $count }} orders, {{ $casks }} casks</p>
@endsection
