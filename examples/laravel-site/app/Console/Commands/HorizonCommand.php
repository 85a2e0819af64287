<?php

namespace App\Console\Commands;

use App\Horizon\Supervisor;
use Illuminate\Console\Command;

/**
 * A stand-in for Laravel Horizon's `horizon` command.
 *
 * Laravel Horizon is not used by this example: it is published on Packagist
 * only, and the example is made to be built from Debian's packages. What a
 * container sees of Horizon is kept: one long-running `php artisan horizon`
 * supervises worker processes that take jobs from Redis, replaces those that
 * die, and answers signals as Horizon does:
 *
 *   SIGTERM, SIGINT  stop taking jobs, let the running ones finish, exit 0
 *   SIGUSR2          pause: running jobs finish, no new ones are taken
 *   SIGCONT          continue after a pause
 *
 * The workers are Laravel's own `queue:work`. There is no dashboard, no
 * metrics and no balancing between queues. SIGQUIT is not handled, as in
 * Horizon, so an image that runs it must say STOPSIGNAL SIGTERM.
 */
class HorizonCommand extends Command
{
    protected $signature = 'horizon';

    protected $description = 'Supervise queue workers on Redis (stand-in for Laravel Horizon)';

    public function handle(): int
    {
        $supervisor = new Supervisor(
            config('horizon'),
            fn (string $line) => $this->output->writeln($line),
        );

        $this->trap([SIGTERM, SIGINT], fn () => $supervisor->terminate());
        $this->trap(SIGUSR2, fn () => $supervisor->pause());
        $this->trap(SIGCONT, fn () => $supervisor->continue());

        return $supervisor->run();
    }
}
