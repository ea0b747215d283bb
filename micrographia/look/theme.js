try{const t=localStorage.getItem("micrographia.theme");if(t==="dark"||t==="light")document.documentElement.dataset.theme=t}catch{}
