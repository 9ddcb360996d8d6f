// What the checkout tests look for on the page, in its three languages.
export const words = {
  es: {
    locale: 'es-PE', number: 'Número de tarjeta', expiry: 'Vencimiento', cvc: 'Código de seguridad', pay: /^Pagar /,
    paid: 'Pago completado', already: 'Esto ya está pagado', expired: 'Este pago ya no está disponible',
    declined: 'Tu banco rechazó la tarjeta', refused: 'Tu banco no confirmó que fueras tú', unknown: 'No encontramos este pago',
    amount: 'S/ 129.90', test: 'Modo de prueba',
  },
  en: {
    locale: 'en-GB', number: 'Card number', expiry: 'Expiry date', cvc: 'Security code', pay: /^Pay /,
    paid: 'Payment complete', already: 'This is already paid', expired: 'This payment is no longer available',
    declined: 'Your bank declined the card', refused: 'Your bank did not confirm that it was you', unknown: 'We could not find this payment',
    amount: 'PEN 129.90', test: 'Test mode',
  },
  pt: {
    locale: 'pt-BR', number: 'Número do cartão', expiry: 'Validade', cvc: 'Código de segurança', pay: /^Pagar /,
    paid: 'Pagamento concluído', already: 'Isto já está pago', expired: 'Este pagamento não está mais disponível',
    declined: 'Seu banco recusou o cartão', refused: 'Seu banco não confirmou que era você', unknown: 'Não encontramos este pagamento',
    amount: 'PEN 129,90', test: 'Modo de teste',
  },
};

// Types a card and leaves it unpaid.
export async function typeCard(page, say, number = '4242424242424242') {
  await page.getByLabel(say.number).fill(number);
  await page.getByLabel(say.expiry).fill('1234');
  await page.getByLabel(say.cvc).fill('123');
}

export const payButton = (page, say) => page.getByRole('button', { name: say.pay });

export async function payBy(page, say, number) {
  await typeCard(page, say, number);
  await payButton(page, say).click();
}
