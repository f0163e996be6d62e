import { FormProps } from '@backstage/plugin-scaffolder-react';
import { ComponentProps, useEffect } from 'react';
import { FieldNotes } from './FieldNotes';
import { useFormReporter } from './formSession';

/** What the form hands to a template that arranges fields. */
type ObjectTemplateProps = ComponentProps<
  NonNullable<NonNullable<FormProps['uiSchema']>['ui:ObjectFieldTemplate']>
>;

/**
 * Arranges the fields of a page as the stock form does, with notes below them,
 * and reports the values of the whole form whenever one changes.
 *
 * @remarks
 * The stock form has no callback for that; the template of the outermost
 * object (`ui:ObjectFieldTemplate`) is drawn with every change.
 */
export function ReportingTemplate(props: ObjectTemplateProps) {
  const { properties, formData, formContext, registry } = props;
  const { report, offerSetter } = useFormReporter();
  const { ObjectFieldTemplate } = registry.templates;
  // The stock form keeps the values of its other pages in the context.
  const values = JSON.stringify({ ...formContext?.formData, ...formData });

  useEffect(() => report(JSON.parse(values)), [report, values]);
  useEffect(() => {
    offerSetter((name, value) => {
      const property = properties.find(one => one.name === name);
      // The field takes a new value just as from the person who fills it in.
      property?.content.props.onChange(value);
      return property !== undefined;
    });
    return () => offerSetter(undefined);
  }, [offerSetter, properties]);

  return (
    <ObjectFieldTemplate
      {...props}
      properties={properties.map(property =>
        property.hidden
          ? property
          : {
              ...property,
              content: (
                <>
                  {property.content}
                  <FieldNotes name={property.name} />
                </>
              ),
            },
      )}
    />
  );
}
