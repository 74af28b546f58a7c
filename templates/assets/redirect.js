// A former address: go on before anything is drawn, and leave no step for the back button to be caught in.
// Where scripts do not run, the page's own refresh does the same a moment later.
const target = document.currentScript.dataset.to;
location.replace(target.includes("#") ? target : target + location.hash);
