<?php

namespace App\Http\Controllers;

use App\Jobs\PrepareReport;
use Illuminate\Contracts\View\View;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Storage;
use Symfony\Component\HttpFoundation\StreamedResponse;

class ProfileController
{
    public function show(Request $request): View
    {
        return view('profile', ['user' => $request->user()]);
    }

    public function update(Request $request): RedirectResponse
    {
        $request->user()->update($request->validate(['vat_number' => ['nullable', 'string', 'max:40']]));

        return redirect('/profile');
    }

    public function storePicture(Request $request): RedirectResponse
    {
        $request->validate(['picture' => ['required', 'file', 'mimetypes:image/png,image/jpeg', 'max:4096']]);

        $former = $request->user()->picture;
        $request->user()->update(['picture' => $request->file('picture')->store('pictures')]);
        if ($former !== null) {
            Storage::delete($former);
        }

        return redirect('/profile');
    }

    public function picture(Request $request): StreamedResponse
    {
        abort_if($request->user()->picture === null, 404);

        return Storage::response($request->user()->picture);
    }

    public function storeReport(Request $request): RedirectResponse
    {
        $name = $request->validate(['name' => ['required', 'alpha_dash', 'max:40']])['name'];
        PrepareReport::dispatch($name, 1);

        return redirect("/reports/{$name}");
    }

    public function report(string $name): View
    {
        return view('report', ['name' => $name, 'finished' => Cache::get("report.{$name}")]);
    }
}
