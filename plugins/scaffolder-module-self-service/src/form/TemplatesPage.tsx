import { Progress } from '@backstage/core-components';
import { lazy, ReactElement, Suspense } from 'react';
import { Route, Routes } from 'react-router-dom';
import type { FormTheme } from './stockForm';

const FormPage = lazy(async () => ({
  default: (await import('./FormPage')).FormPage,
}));

/**
 * Templates and their forms: the stock pages, but for the forms.
 *
 * @param props.theme - how the fields of a form look
 */
export function TemplatesPage(props: {
  stock: ReactElement;
  theme?: FormTheme;
}) {
  return (
    <Routes>
      <Route
        path=":namespace/:templateName"
        element={
          <Suspense fallback={<Progress />}>
            <FormPage theme={props.theme} />
          </Suspense>
        }
      />
      <Route path="*" element={props.stock} />
    </Routes>
  );
}
