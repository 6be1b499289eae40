/** Style sheets are bundled as text and adopted by the shadow root that they style. */
declare module '*.css' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how a bundled text arrives
  export default text;
}
