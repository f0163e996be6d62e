import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A page has more than the default second to show up on a busy machine.
configure({ asyncUtilTimeout: 15_000 });

// jsdom has no layout: every media query for a wide screen matches.
Object.defineProperty(window, 'matchMedia', {
  value: (query: string) => ({
    matches: query.includes('min-width'),
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
  }),
});
