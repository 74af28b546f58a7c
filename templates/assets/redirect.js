const target = document.currentScript.dataset.to;
location.replace(target.includes("#") ? target : target + location.hash);
