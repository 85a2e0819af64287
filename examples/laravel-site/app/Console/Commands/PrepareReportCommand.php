<?php

namespace App\Console\Commands;

use App\Jobs\PrepareReport;
use Illuminate\Console\Command;

class PrepareReportCommand extends Command
{
    protected $signature = 'report:prepare {name : What the report is called} {--seconds=3 : How long the work takes}';

    protected $description = 'Queue a report for the workers';

    public function handle(): int
    {
        PrepareReport::dispatch($this->argument('name'), (int) $this->option('seconds'));

        $this->line('queued report '.$this->argument('name'));

        return self::SUCCESS;
    }
}
