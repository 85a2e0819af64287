<?php

// `php artisan horizon` (App\Console\Commands\HorizonCommand). A job may run
// `timeout` seconds; keep it below the queue connection's retry_after and the
// time that an orchestrator waits between SIGTERM and SIGKILL.
return [
    'connection' => 'redis',
    'queue' => env('HORIZON_QUEUE', 'default'),
    'processes' => (int) env('HORIZON_PROCESSES', 2),
    'timeout' => (int) env('HORIZON_TIMEOUT', 60),
    'tries' => (int) env('HORIZON_TRIES', 3),
    'max_jobs' => (int) env('HORIZON_MAX_JOBS', 1000),
    'memory' => (int) env('HORIZON_MEMORY', 128),
];
