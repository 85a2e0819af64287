<?php

namespace App\Console\Commands;

use App\Models\User;
use Illuminate\Console\Command;
use Illuminate\Support\Str;

/** Takes no password as an argument: the machine's other users could read it. */
class CreateUserCommand extends Command
{
    protected $signature = 'user:create {email} {name}';

    protected $description = 'Create a user with the password of the variable USER_PASSWORD, or with one that is shown once';

    public function handle(): int
    {
        $given = (string) getenv('USER_PASSWORD');
        $password = $given !== '' ? $given : Str::password(20);

        User::query()->create([
            'email' => $this->argument('email'),
            'name' => $this->argument('name'),
            'password' => $password,
        ]);

        $this->line('created '.$this->argument('email').($given !== '' ? '' : " with the password {$password}"));

        return self::SUCCESS;
    }
}
