const casks = [...document.querySelectorAll('[data-litres]')];
const total = document.getElementById('total');

if (total && casks.length > 0) {
    const litres = casks.reduce((sum, cask) => sum + Number(cask.dataset.litres), 0);
    total.textContent = `One of each holds ${litres} litres.`;
    total.hidden = false;
}
