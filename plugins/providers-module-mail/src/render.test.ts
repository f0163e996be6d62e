import { renderMail } from './render';

describe('renderMail', () => {
  const message = {
    title: 'Approve\r\nBcc: x@example.com <b>now</b>',
    severity: 'critical' as const,
    summary: 'One & two\nthree',
    facts: [{ label: 'Cost', value: '<150 USD' }],
    sections: [{ heading: 'Why', text: '"quoted"' }],
    link: {
      label: 'Decide',
      url: 'https://portal.example.com/?a=1&b="><script>',
    },
    buttons: [{ label: 'Approve', action: 'approve', value: 'opaque-value' }],
  };

  it('keeps the subject on one line', () => {
    expect(renderMail(message).subject).toBe(
      'Approve Bcc: x@example.com <b>now</b>',
    );
  });

  it('takes nothing of a message for markup', () => {
    const { html } = renderMail(message);
    expect(html).not.toMatch(/<b>|<script>|<img|opaque-value/);
    expect(html).toContain('One &#38; two<br>three');
    expect(html).toContain('<strong>Severity: critical</strong>');
  });

  it('links to pages alone', () => {
    const url = 'data:text/html,hi';
    const { html } = renderMail({ title: 'Look', link: { label: 'At', url } });
    expect(html).not.toContain('href');
    expect(html).toContain(url);
  });

  it('says all of it in plain text', () => {
    expect(renderMail({ ...message, title: 'Approve' }).text).toBe(
      [
        'Approve',
        'Severity: critical',
        'One & two\nthree',
        'Cost: <150 USD',
        'Why\n"quoted"',
        `Decide:\n${message.link.url}\n`,
      ].join('\n\n'),
    );
  });
});
