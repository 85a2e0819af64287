<?php

namespace App\Http\Controllers;

use App\Models\Order;
use Illuminate\Contracts\View\View;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;

class AccountController
{
    public function index(): View
    {
        return view('account', ['orders' => Order::query()->latest('id')->limit(20)->get()]);
    }

    public function store(Request $request): RedirectResponse
    {
        Order::query()->create($request->validate([
            'cask' => ['required', 'string', 'in:Firkin,Kilderkin,Hogshead'],
            'amount' => ['required', 'integer', 'between:1,100'],
        ]));

        return redirect()->route('account.orders');
    }
}
