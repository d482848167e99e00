/** Files that webpack turns into modules (see webpack.config.js). */

declare module '*.glsl' {
  const source: string;
  export default source;
}

declare module '*.css';

// tsconfig.json reads the file itself, and knows its type; tsconfig.build.json may not look outside src/.
declare module '*.json' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const value: any;
  export default value;
}
