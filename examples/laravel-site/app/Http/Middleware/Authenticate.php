<?php

namespace App\Http\Middleware;

use Illuminate\Auth\Middleware\Authenticate as Middleware;

class Authenticate extends Middleware
{
    /** Each of the three hosts has a page to log in, and a session of its own. */
    protected function redirectTo($request): ?string
    {
        return $request->expectsJson() ? null : '/login';
    }
}
