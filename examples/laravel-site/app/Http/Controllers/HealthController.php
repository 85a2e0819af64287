<?php

namespace App\Http\Controllers;

use Illuminate\Foundation\Application;
use Illuminate\Http\JsonResponse;

/** Says that PHP and the framework answer. Asks neither the database nor Redis: their failure is not cured by a restart. */
class HealthController
{
    public function __invoke(): JsonResponse
    {
        return new JsonResponse(['status' => 'up', 'laravel' => Application::VERSION, 'php' => PHP_VERSION]);
    }
}
