<?php

namespace App\Console;

use Illuminate\Console\Scheduling\Schedule;
use Illuminate\Foundation\Console\Kernel as ConsoleKernel;

class Kernel extends ConsoleKernel
{
    /**
     * onOneServer() makes a second start within the same minute harmless: the
     * mutex it takes in the cache is named after the task and the minute.
     */
    protected function schedule(Schedule $schedule): void
    {
        $schedule->command('site:heartbeat')->everyMinute()->onOneServer()->withoutOverlapping(5);
    }

    protected function commands(): void
    {
        $this->load(__DIR__.'/Commands');
    }
}
