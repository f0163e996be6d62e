/** Binds the field to the stock form, whose types are in `/alpha` only. */
import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { ResourcePicker } from './ResourcePicker';

/** `ui:field: ResourcePicker`. */
export const resourcePickerField = createFormField({
  name: 'ResourcePicker',
  component: ResourcePicker,
});
