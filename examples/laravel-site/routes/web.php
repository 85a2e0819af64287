<?php

use App\Http\Controllers\AccountController;
use App\Http\Controllers\AdminController;
use App\Http\Controllers\ProfileController;
use App\Http\Controllers\SessionController;
use App\Http\Controllers\SiteController;
use Illuminate\Support\Facades\Route;

// Each host has its own session, so each has these.
$session = function () {
    Route::get('/login', [SessionController::class, 'create'])->name('login');
    Route::post('/login', [SessionController::class, 'store']);
    Route::post('/logout', [SessionController::class, 'destroy']);

    Route::middleware('auth')->group(function () {
        Route::get('/profile', [ProfileController::class, 'show'])->name('profile');
        Route::post('/profile', [ProfileController::class, 'update']);
        Route::get('/profile/picture', [ProfileController::class, 'picture']);
        Route::post('/profile/picture', [ProfileController::class, 'storePicture']);
        Route::post('/reports', [ProfileController::class, 'storeReport']);
        Route::get('/reports/{name}', [ProfileController::class, 'report'])->where('name', '[A-Za-z0-9_-]+');
    });
};

Route::domain(config('sites.site'))->name('site.')->group(function () use ($session) {
    $session();
    Route::get('/', SiteController::class)->name('home');
});

Route::domain(config('sites.account'))->name('account.')->group(function () use ($session) {
    $session();
    Route::get('/', [AccountController::class, 'index'])->name('orders');
    Route::post('/', [AccountController::class, 'store'])->name('order');
});

Route::domain(config('sites.admin'))->name('admin.')->group(function () use ($session) {
    $session();
    Route::get('/', AdminController::class)->name('overview');
});
