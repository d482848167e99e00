/** Jest's counterpart of webpack's `asset/source`. */
module.exports = {
  process: text => ({
    code: `module.exports = { __esModule: true, default: ${JSON.stringify(text)} };`
  })
};
