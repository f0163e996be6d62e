import { Progress } from '@backstage/core-components';
import { lazy, ReactElement, Suspense } from 'react';
import { Route, Routes, useSearchParams } from 'react-router-dom';
import { FROM_PARAMETER } from '../run/makeFormUrl';

const ResubmitPage = lazy(async () => ({
  default: (await import('./ResubmitPage')).ResubmitPage,
}));

/**
 * Templates and their forms: the stock pages, but for a form that opens with
 * the values of an earlier run.
 */
export function TemplatesPage(props: { stock: ReactElement }) {
  const [search] = useSearchParams();
  const from = search.get(FROM_PARAMETER);
  return from ? (
    <Routes>
      <Route
        path=":namespace/:templateName"
        element={
          <Suspense fallback={<Progress />}>
            <ResubmitPage key={from} from={from} />
          </Suspense>
        }
      />
      <Route path="*" element={props.stock} />
    </Routes>
  ) : (
    props.stock
  );
}
