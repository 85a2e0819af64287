@extends('layouts.page')

@section('title', 'Overview')

@section('content')
    <p>{{ $count }} orders, {{ $casks }} casks</p>
    <p>The scheduler last ran: {{ $heartbeat ?? 'never' }}</p>
@endsection
