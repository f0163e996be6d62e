import { JsonObject, JsonValue } from '@backstage/types';
import { ComponentType, ReactElement, useEffect } from 'react';
import { FieldNotes } from './FieldNotes';
import { useFormReporter } from './formSession';

/** One field, as the form hands it to the template that arranges them. */
interface Property {
  name: string;
  hidden: boolean;
  /** The field itself, which takes a new value by `onChange`. */
  content: ReactElement<{ onChange: (value: JsonValue) => void }>;
}

/** The part that matters here of what the form hands to such a template. */
interface ObjectTemplateProps {
  properties: Property[];
  formData?: JsonObject;
  /** The stock form keeps the values of its other pages here. */
  formContext?: { formData?: JsonObject };
  registry: {
    templates: { ObjectFieldTemplate: ComponentType<ObjectTemplateProps> };
  };
}

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
  const values = JSON.stringify({ ...formContext?.formData, ...formData });

  useEffect(() => report(JSON.parse(values), false), [report, values]);
  useEffect(() => {
    offerSetter((name, value) => {
      const property = properties.find(one => one.name === name);
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
