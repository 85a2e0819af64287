<?php

namespace App\Horizon;

use Closure;
use Symfony\Component\Process\PhpExecutableFinder;
use Symfony\Component\Process\Process;

/**
 * Keeps a fixed number of `queue:work` processes alive until told to stop.
 *
 * The signal methods only take notes and pass signals on; all waiting happens
 * in run(), so they are safe to call from a signal handler.
 */
class Supervisor
{
    /** @var array<int, Process> worker number => process */
    private array $workers = [];

    /** @var array<int, float> worker number => earliest time of its next start */
    private array $startNotBefore = [];

    private bool $stopping = false;

    private bool $paused = false;

    /**
     * @param  array{connection: string, queue: string, processes: int, timeout: int, tries: int, max_jobs: int, memory: int}  $options
     * @param  Closure(string): void  $print
     */
    public function __construct(private array $options, private Closure $print)
    {
    }

    /** Returns the exit status: 0 when every worker ended by itself, 1 when one had to be killed. */
    public function run(): int
    {
        ($this->print)(sprintf(
            'horizon: started, %d workers on %s:%s',
            $this->options['processes'], $this->options['connection'], $this->options['queue'],
        ));

        while (! $this->stopping) {
            $this->startMissingWorkers();
            $this->forwardOutput();
            usleep(100_000);
        }

        return $this->awaitWorkers();
    }

    public function terminate(): void
    {
        $this->stopping = true;
    }

    public function pause(): void
    {
        $this->paused = true;
        $this->signalWorkers(SIGUSR2);
    }

    public function continue(): void
    {
        $this->paused = false;
        $this->signalWorkers(SIGCONT);
    }

    private function startMissingWorkers(): void
    {
        for ($number = 1; $number <= $this->options['processes'] && ! $this->stopping; $number++) {
            $worker = $this->workers[$number] ?? null;

            if ($worker?->isRunning()) {
                continue;
            }

            if ($worker !== null) {
                $this->reportEnd($number, $worker);
                unset($this->workers[$number]);
            }

            if (! $this->paused && microtime(true) >= ($this->startNotBefore[$number] ?? 0)) {
                $this->workers[$number] = $this->startWorker();
            }
        }
    }

    private function startWorker(): Process
    {
        $process = new Process([
            (new PhpExecutableFinder)->find(false), 'artisan', 'queue:work', $this->options['connection'],
            '--queue='.$this->options['queue'],
            '--timeout='.$this->options['timeout'],
            '--tries='.$this->options['tries'],
            '--max-jobs='.$this->options['max_jobs'],
            '--memory='.$this->options['memory'],
            '--no-interaction', '--no-ansi',
        ], base_path(), timeout: null);

        $process->start();

        return $process;
    }

    /** A worker that ends after its share of jobs is replaced at once, a failing one after a pause. */
    private function reportEnd(int $number, Process $worker): void
    {
        $this->forward($number, $worker);

        $status = $worker->getExitCode();
        $this->startNotBefore[$number] = microtime(true) + ($status === 0 ? 0 : 3);

        if ($status !== 0) {
            ($this->print)("horizon: worker {$number} ended with status {$status}, starting another in 3 s");
        }
    }

    /** Passes SIGTERM on, so that each worker finishes the job it holds, and waits. */
    private function awaitWorkers(): int
    {
        ($this->print)('horizon: stopping, running jobs may finish');
        $this->signalWorkers(SIGTERM);

        $deadline = microtime(true) + $this->options['timeout'] + 5;
        while ($this->hasRunningWorkers() && microtime(true) < $deadline) {
            $this->forwardOutput();
            usleep(50_000);
        }

        $late = $this->hasRunningWorkers();
        $this->signalWorkers(SIGKILL);
        $this->forwardOutput();
        ($this->print)($late ? 'horizon: a job ran past its timeout and was killed' : 'horizon: stopped');

        return $late ? 1 : 0;
    }

    private function hasRunningWorkers(): bool
    {
        foreach ($this->workers as $worker) {
            if ($worker->isRunning()) {
                return true;
            }
        }

        return false;
    }

    private function signalWorkers(int $signal): void
    {
        foreach ($this->workers as $worker) {
            if ($worker->isRunning()) {
                $worker->signal($signal);
            }
        }
    }

    private function forwardOutput(): void
    {
        foreach ($this->workers as $number => $worker) {
            $this->forward($number, $worker);
        }
    }

    private function forward(int $number, Process $worker): void
    {
        $text = $worker->getIncrementalOutput().$worker->getIncrementalErrorOutput();
        $worker->clearOutput()->clearErrorOutput();

        foreach (preg_split('/\R/', $text, flags: PREG_SPLIT_NO_EMPTY) as $line) {
            ($this->print)("worker {$number}: ".rtrim($line));
        }
    }
}
