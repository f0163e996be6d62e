import { EntityName } from '@self-service/plugin-approvals';

/** A full reference to a person or a group, as messages of backends have it. */
const REFERENCE = /\b((?:user|group):[\w.-]+\/\w(?:[\w.-]*\w)?)/;

/**
 * A sentence from a backend, with people and groups by their names in the
 * catalog. Without links, since it may stand within one.
 */
export function NamedText(props: { text: string }) {
  return (
    <>
      {props.text
        .split(REFERENCE)
        .map((part, index) =>
          index % 2 === 1 ? (
            <EntityName key={index} entityRef={part} plain />
          ) : (
            part
          ),
        )}
    </>
  );
}
