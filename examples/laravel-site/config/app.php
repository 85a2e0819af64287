<?php

use App\Providers\AppServiceProvider;
use App\Providers\RouteServiceProvider;
use Illuminate\Support\ServiceProvider;

return [
    'name' => env('APP_NAME', 'The Cooperage'),
    'env' => env('APP_ENV', 'production'),
    'debug' => (bool) env('APP_DEBUG', false),
    'url' => env('APP_URL', 'https://site.example.test'),
    // Root-relative by default: one build of the assets serves every host name.
    'asset_url' => env('ASSET_URL', '/'),
    'timezone' => 'UTC',
    'locale' => 'en',
    'fallback_locale' => 'en',
    'key' => env('APP_KEY'),
    'cipher' => 'AES-256-CBC',
    'maintenance' => ['driver' => env('APP_MAINTENANCE_DRIVER', 'file')],
    'providers' => ServiceProvider::defaultProviders()->merge([
        AppServiceProvider::class,
        RouteServiceProvider::class,
    ])->toArray(),
];
