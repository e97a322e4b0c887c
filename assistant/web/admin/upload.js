const form = document.getElementById("upload"), files = document.getElementById("files");
files.onchange = () => {
  const bytes = [...files.files].reduce((sum, file) => sum + file.size, 0);
  files.setCustomValidity(bytes > Number(form.dataset.most) ? form.dataset.many : "");
  files.reportValidity();
};
