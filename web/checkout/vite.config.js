// The page's own address is /checkout/{id}; what it loads is below /checkout/assets.
export default {
  base: '/checkout/',
  build: {
    emptyOutDir: true,
    target: ['chrome107', 'firefox104', 'safari16'],
    assetsInlineLimit: 0, // the policy allows no data: addresses
    modulePreload: false,
    reportCompressedSize: false,
  },
};
