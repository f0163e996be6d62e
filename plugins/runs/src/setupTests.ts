import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A page has more than the default second to show up on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
