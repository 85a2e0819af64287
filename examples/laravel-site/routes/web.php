<?php

use App\Http\Controllers\AccountController;
use App\Http\Controllers\AdminController;
use App\Http\Controllers\SiteController;
use Illuminate\Support\Facades\Route;

Route::domain(config('sites.site'))->name('site.')->group(function () {
    Route::get('/', SiteController::class)->name('home');
});

Route::domain(config('sites.account'))->name('account.')->group(function () {
    Route::get('/', [AccountController::class, 'index'])->name('orders');
    Route::post('/', [AccountController::class, 'store'])->name('order');
});

Route::domain(config('sites.admin'))->name('admin.')->group(function () {
    Route::get('/', AdminController::class)->name('overview');
});
