@extends('layouts.page')

@section('title', 'Profile')

@section('content')
    <p>Logged in as {{ $user->name }}</p>
    <p>VAT number: {{ $user->vat_number ?? 'none' }}</p>
    <form class="mb-6 flex gap-2" method="post" action="/profile">
        @csrf
        <input class="rounded border p-2" name="vat_number" value="{{ $user->vat_number }}">
        <button class="rounded bg-oak px-4 py-2 text-white">Save</button>
    </form>
    @if ($user->picture)
        <img class="mb-6 h-24" src="/profile/picture" alt="">
    @endif
    <form class="mb-6 flex gap-2" method="post" action="/profile/picture" enctype="multipart/form-data">
        @csrf
        <input name="picture" type="file" accept="image/png,image/jpeg">
        <button class="rounded bg-oak px-4 py-2 text-white">Upload</button>
    </form>
    <form class="mb-6 flex gap-2" method="post" action="/reports">
        @csrf
        <input class="rounded border p-2" name="name" value="orders">
        <button class="rounded bg-oak px-4 py-2 text-white">Prepare a report</button>
    </form>
    <form method="post" action="/logout">
        @csrf
        <button class="underline">Log out</button>
    </form>
@endsection
