<?php

namespace App\Providers;

use App\Filesystem\S3Adapter;
use App\Filesystem\S3Client;
use Illuminate\Filesystem\FilesystemAdapter;
use Illuminate\Support\Facades\Storage;
use Illuminate\Support\ServiceProvider;
use League\Flysystem\Filesystem;

class AppServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        Storage::extend('s3', function ($app, array $config) {
            $adapter = new S3Adapter(new S3Client($config));

            return new FilesystemAdapter(new Filesystem($adapter), $adapter, $config);
        });
    }
}
