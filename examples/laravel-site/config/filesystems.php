<?php

return [
    // Uploads. Every pod sees those of the others only on s3.
    'default' => env('FILESYSTEM_DISK', 'local'),
    'disks' => [
        'local' => ['driver' => 'local', 'root' => storage_path('app'), 'throw' => true],
        's3' => [
            'driver' => 's3',
            'key' => env('AWS_ACCESS_KEY_ID'),
            'secret' => env('AWS_SECRET_ACCESS_KEY'),
            'region' => env('AWS_DEFAULT_REGION', 'us-east-1'),
            'bucket' => env('AWS_BUCKET'),
            // A store other than Amazon's: https://objects.example
            'endpoint' => env('AWS_ENDPOINT', 'https://s3.'.env('AWS_DEFAULT_REGION', 'us-east-1').'.amazonaws.com'),
            'throw' => true,
        ],
    ],
];
