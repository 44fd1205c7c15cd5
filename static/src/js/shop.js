// The demo shop: a cart that is only a number, and the chat.
const own = document.currentScript;
window.LinktorObject = 'linktor';
window.linktor ??= (...values) => { (window.linktor.q ??= []).push(values); };
const chat = (...values) => window.linktor(...values);

const script = document.createElement('script');
script.async = true;
script.src = '/v1/linktor.js';
document.head.append(script);

chat('init', {
  channelId: own.dataset.channel,
  ...(own.dataset.token && { user: { token: own.dataset.token } }),
});

let inCart = 0;
document.addEventListener('click', (event) => {
  const product = event.target.closest('[data-add]')?.closest('[data-product]');
  if (product) {
    inCart += 1;
    document.querySelector('[data-cart]').textContent = inCart;
    chat('track', 'cart.added', { product: product.dataset.product, name: product.dataset.name, price: Number(product.dataset.price), currency: 'BRL' });
  }
  const ask = event.target.closest('[data-ask]');
  if (ask) chat('open');
});
document.addEventListener('change', (event) => { if (event.target.matches('[data-camila]')) event.target.form.requestSubmit(); });

// What somebody looks at for half a minute becomes the page of the visit, which the channel's
// own proactive message listens to.
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    clearTimeout(target.lookTimer);
    if (isIntersecting) target.lookTimer = setTimeout(() => chat('track', 'product.viewed', { product: target.dataset.product }), 30_000);
  }
}, { threshold: 0.9 });
for (const product of document.querySelectorAll('[data-product]')) seen.observe(product);
