@extends('layouts.page')

@section('title', 'Your orders')

@section('content')
    <form class="mb-6 flex gap-2" method="post" action="{{ route('account.order') }}">
        @csrf
        <select class="rounded border p-2" name="cask">
            <option>Firkin</option>
            <option>Kilderkin</option>
            <option>Hogshead</option>
        </select>
        <input class="w-20 rounded border p-2" name="amount" type="number" min="1" max="100" value="1">
        <button class="rounded bg-oak px-4 py-2 text-white">Order</button>
    </form>
    @forelse ($orders as $order)
        <p>{{ $order->amount }} × {{ $order->cask }}</p>
    @empty
        <p>No orders yet.</p>
    @endforelse
@endsection
