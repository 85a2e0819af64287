@extends('layouts.page')

@section('title', 'Report')

@section('content')
    <p>Report {{ $name }}: {{ $finished ? 'finished at '.$finished : 'waiting' }}</p>
@endsection
