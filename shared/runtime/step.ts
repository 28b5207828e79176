/** Returns a function's name without its environment: `index-image` of `deeplens-prod-index-image`. */
export const stepOf = (functionName: string): string => functionName.replace(/^deeplens-[a-z]+-/, '');
