import ts from 'typescript';

/** Documentation and its tags as Markdown. */
export function documentationOf(
  documentation: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  const told = (tags ?? []).map(({ name, text }) => {
    const said = ts.displayPartsToString(text ? [...text] : []);
    if (name === 'example') return `*@example*\n${said.includes('```') ? said : `\`\`\`typescript\n${said}\n\`\`\``}`;
    const [, word, rest] = /^(\S+)\s*(.*)$/s.exec(said) ?? [];
    return name === 'param' && word ? `*@param* \`${word}\` ${rest}` : `*@${name}* ${said}`;
  });
  return [plain(documentation), ...told].filter(Boolean).join('\n\n');
}

/** Text with links to names turned into code. */
function plain(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  return (parts ?? [])
    .filter(({ kind }) => kind !== 'link')
    .map(({ kind, text }) => (kind === 'linkName' ? `\`${text}\`` : text))
    .join('');
}
