@extends('layouts.page')

@section('title', 'Log in')

@section('content')
    <form class="flex max-w-sm flex-col gap-2" method="post" action="/login">
        @csrf
        @foreach ($errors->all() as $message)
            <p class="text-red-800">{{ $message }}</p>
        @endforeach
        <input class="rounded border p-2" name="email" type="email" value="{{ old('email') }}" required autofocus>
        <input class="rounded border p-2" name="password" type="password" required>
        <button class="rounded bg-oak px-4 py-2 text-white">Log in</button>
    </form>
@endsection
