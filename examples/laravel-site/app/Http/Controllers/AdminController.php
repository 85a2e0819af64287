<?php

namespace App\Http\Controllers;

use App\Models\Order;
use Illuminate\Contracts\View\View;
use Illuminate\Support\Facades\Cache;

class AdminController
{
    public function __invoke(): View
    {
        return view('admin', [
            'count' => Order::query()->count(),
            'casks' => (int) Order::query()->sum('amount'),
            'heartbeat' => Cache::get('site.heartbeat'),
        ]);
    }
}
