<?php

namespace App\Jobs;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Queue\InteractsWithQueue;
use Illuminate\Queue\SerializesModels;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Log;

/**
 * Work that takes long enough for a deployment to happen in the middle of it.
 */
class PrepareReport implements ShouldQueue
{
    use Dispatchable, InteractsWithQueue, Queueable, SerializesModels;

    public int $tries = 3;

    public function __construct(public string $name, public int $seconds)
    {
    }

    public function handle(): void
    {
        Log::info("report {$this->name} started");

        // A signal cuts sleep() short; the work must take its full time all the same.
        $end = microtime(true) + $this->seconds;
        while (($left = $end - microtime(true)) > 0) {
            usleep((int) min(200_000, $left * 1_000_000));
        }

        Cache::forever("report.{$this->name}", now()->toIso8601String());

        Log::info("report {$this->name} finished");
    }
}
