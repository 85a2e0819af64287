/** @type {import('tailwindcss').Config} */
export default {
    // Class names are also taken from views that the framework brings along,
    // so vendor/ must be there when the style sheet is built.
    content: [
        './resources/views/**/*.blade.php',
        './resources/js/**/*.js',
        './vendor/laravel/framework/Pagination/resources/views/*.blade.php',
    ],
    theme: {
        extend: {
            colors: { oak: '#7c4a1e' },
        },
    },
};
