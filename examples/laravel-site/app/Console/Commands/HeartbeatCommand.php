<?php

namespace App\Console\Commands;

use Illuminate\Console\Command;
use Illuminate\Support\Facades\Cache;

class HeartbeatCommand extends Command
{
    protected $signature = 'site:heartbeat {--last : Show when the task last ran, and fail if it never did}';

    protected $description = 'Scheduled task: note in the cache that the scheduler is alive';

    public function handle(): int
    {
        if (! $this->option('last')) {
            Cache::forever('site.heartbeat', now()->toIso8601String());

            return self::SUCCESS;
        }

        $last = Cache::get('site.heartbeat');
        $this->line('last heartbeat: '.($last ?? 'never'));

        return $last === null ? self::FAILURE : self::SUCCESS;
    }
}
