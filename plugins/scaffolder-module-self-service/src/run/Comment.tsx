/** What a person has said to what they did, in their own words. */
export function Comment(props: { text: string | undefined }) {
  return props.text ? (
    <blockquote style={{ margin: '4px 0', whiteSpace: 'pre-wrap' }}>
      “{props.text}”
    </blockquote>
  ) : (
    <></>
  );
}
