import { escapeHtml, renderPage } from '../common/page';
import { FAULT_KINDS, FAULT_SERVICES } from '../faults/FaultSwitch';
import { STAND_INS } from '../standIns';
import { DEMO_PASSWORD } from '../vault/Vault';
import type { ControlOptions } from './app';

const SCRIPT = `
const call = async (method, path, body) => {
  const response = await fetch(path, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  if (!response.ok) alert(await response.text());
  location.reload();
};
document.querySelectorAll('[data-call]').forEach(button => {
  button.onclick = () => {
    const [method, path] = button.dataset.call.split(' ');
    if (!button.dataset.ask || confirm(button.dataset.ask)) call(method, path);
  };
});
document.querySelector('#fault').onsubmit = event => {
  event.preventDefault();
  const form = new FormData(event.target);
  const times = Number(form.get('times'));
  call('POST', '/faults', { service: form.get('service'), kind: form.get('kind'), ...(times ? { times } : {}) });
};`;

/** The page that people open first: links, people, fault switches. */
export function landingPage(options: ControlOptions): string {
  const { urls, postgres, organisation, faults, vault } = options;
  const link = (name: string, url: string, note: string) =>
    `<tr><td>${name}</td><td><a href="${escapeHtml(url)}">${escapeHtml(
      url,
    )}</a></td><td>${note}</td></tr>`;
  const people = organisation.people.map(
    person =>
      `<tr><td><code>${escapeHtml(person.id)}</code></td><td>${escapeHtml(
        person.displayName,
      )}</td><td>${escapeHtml(
        person.teams.join(', '),
      )}</td><td><a href="${escapeHtml(
        `${urls.standIns.slack}/as/${person.id}`,
      )}">chat</a></td><td><a href="${escapeHtml(
        `${urls.standIns.mail}/mailboxes/${encodeURIComponent(person.email)}`,
      )}">mailbox</a></td></tr>`,
  );
  const rules = faults
    .list()
    .map(
      rule =>
        `<tr><td>${rule.service}</td><td>${rule.kind}</td><td>${escapeHtml(
          JSON.stringify(rule.match ?? 'every request'),
        )}</td><td>${
          rule.times === undefined
            ? 'until switched off'
            : `${rule.times - rule.hits} more`
        }</td><td><button data-call="DELETE /faults/${
          rule.id
        }">Switch off</button></td></tr>`,
    );
  const select = (name: string, values: readonly string[]) =>
    `<select name="${name}">${values
      .map(value => `<option>${value}</option>`)
      .join('')}</select>`;
  return renderPage({
    title: 'Sandbox',
    service: 'Sandbox',
    body: `<h1>The outside world, on this machine</h1>
<h2>Services</h2><div class="card"><table>
${link('Git host', urls.github, 'GitHub REST over real repositories')}
${link('Terraform runner', urls.terraform, 'plans and applies pull requests')}
${link('Vault', urls.vault, vault.sealed ? 'sealed' : 'key-value store')}
${link('Identity', urls.identityMetadata, 'OpenID Connect')}
${STAND_INS.map(({ name, title, note }) =>
  link(title, urls.standIns[name], note),
).join('')}
<tr><td>PostgreSQL</td><td><code>${escapeHtml(postgres.host)}:${
      postgres.port
    }</code></td><td>holds what is provisioned</td></tr>
</table></div>
<h2>Demo people</h2><div class="card"><table>${people.join(
      '',
    )}</table><p class="soft">Chosen without a password in the portal; in the vault the password is <code>${DEMO_PASSWORD}</code>.</p></div>
<h2>Fault switches</h2><div class="card">${
      rules.length
        ? `<table>${rules.join(
            '',
          )}</table><p><button data-call="DELETE /faults">Switch all off</button></p>`
        : '<p>Everything is healthy.</p>'
    }
<form id="fault">${select('service', FAULT_SERVICES)} ${select(
      'kind',
      FAULT_KINDS,
    )} <label>times <input name="times" type="number" min="1" size="4" placeholder="always"></label> <button class="primary">Switch on</button></form></div>
<h2>Vault seal</h2><div class="card">${
      vault.sealed
        ? '<button data-call="POST /vault/unseal">Unseal the vault</button>'
        : '<button data-call="POST /vault/seal">Seal the vault</button>'
    }</div>
<h2>Everything</h2><div class="card"><a href="/inventory">What exists</a> <button data-call="POST /reset" data-ask="Forget everything in the sandbox?">Reset the sandbox</button></div>
<script>${SCRIPT}</script>`,
  });
}
