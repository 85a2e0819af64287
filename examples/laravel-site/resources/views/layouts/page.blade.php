<!doctype html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>@yield('title') · {{ config('app.name') }}</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    @vite(['resources/css/app.css', 'resources/js/app.js'])
</head>
<body class="min-h-screen bg-amber-50 text-stone-800">
    <header class="bg-oak p-6 text-amber-50">
        <nav class="mx-auto flex max-w-3xl gap-6">
            <a class="font-bold" href="{{ route('site.home') }}">{{ config('app.name') }}</a>
            <a href="{{ route('account.orders') }}">Account</a>
            <a href="{{ route('admin.overview') }}">Admin</a>
        </nav>
    </header>
    <main class="mx-auto max-w-3xl p-6">
        <h1 class="mb-4 text-2xl font-semibold">@yield('title')</h1>
        @yield('content')
    </main>
</body>
</html>
