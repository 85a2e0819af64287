@extends('layouts.page')

@section('title', 'Casks we make')

@section('content')
    <ul class="grid gap-4 sm:grid-cols-3">
        @foreach ($casks as $cask)
            <li class="rounded-lg bg-white p-4 shadow" data-litres="{{ $cask['litres'] }}">
                <strong>{{ $cask['name'] }}</strong>
                <span class="block text-sm text-stone-500">{{ $cask['litres'] }} litres</span>
            </li>
        @endforeach
    </ul>
    <p class="mt-6" id="total" hidden></p>
@endsection
