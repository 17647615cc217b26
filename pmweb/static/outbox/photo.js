// A photo, before it is kept: the longest side 1600 dots, without the place where it was taken.
window.pmweb.photo = async (file) => {
  if (!/jpeg|png|webp|heic/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const k = Math.min(1, 1600 / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
    canvas.width = picture.width * k;
    canvas.height = picture.height * k;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.75));
    canvas.width = canvas.height = 0; // iOS keeps the memory of a canvas
    return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // the server says what is wrong with it
  }
};
