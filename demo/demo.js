// The shop's own script: who is signed in, and what that means for the chat.

// Calls before embed.js is there wait in a queue. A shop that signs nobody in needs none of this.
window.Baton ||= (...call) => (window.Baton.q ||= []).push(call);

const signedIn = (customer) => {
  document.querySelector('#orders').hidden = !customer;
  document.querySelector('#guest').hidden = Boolean(customer);
  document.querySelector('#hello').textContent = customer ? 'Signed in as Maria Rossi' : '';
};

/** Tells the chat who the visitor is, as this shop's server vouches for it. */
const identify = async (customer) => {
  const answer = await fetch(`/demo/identity?customer=${customer}`);
  if (!answer.ok) throw new Error(`identity: ${answer.status}`);
  const { identity } = await answer.json();
  // Whoever has been chosen meanwhile is not this one.
  if ((sessionStorage.getItem('customer') ?? 'cus_1') === customer) Baton('identify', identity);
};

const change = async (customer) => {
  signedIn(customer);
  sessionStorage.setItem('customer', customer);
  try {
    if (customer) await identify(customer);
    else Baton('logout');
  } catch {
    document.querySelector('#hello').textContent = 'Signing in did not work. Try the switch again.';
  }
};

const remembered = sessionStorage.getItem('customer') ?? 'cus_1';
for (const choice of document.querySelectorAll('[name=who]')) {
  choice.checked = choice.value === remembered;
  choice.addEventListener('change', () => change(choice.value));
}
signedIn(remembered);
if (remembered) change(remembered);

// An assertion is good for five minutes; when the chat says that it was too old, a new one is made.
let tries = 0;
Baton('on', 'error', () => {
  const customer = sessionStorage.getItem('customer');
  if (customer && tries++ < 3) identify(customer).catch(() => {});
});

document.querySelector('#ideas').addEventListener('click', ({ target }) => {
  if (target.matches('button')) Baton('open', { text: target.textContent });
});
