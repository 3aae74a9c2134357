// addon.js ADDON [SCRIPT] loads the addon; the script finds it as `addon`, and may use await.
const addon = require(process.argv[2]);
const script = process.argv[3];

if (script) {
  const AsyncFunction = (async () => {}).constructor;
  new AsyncFunction('addon', 'require', script)(addon, require).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
