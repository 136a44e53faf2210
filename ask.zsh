zmodload zsh/zpty
mkfifo done
zpty shell zsh -f -i
say() { zpty -w shell "$1"; }
say 'PROMPT=; autoload -U compinit; compinit -u -D; source ./script.zsh'
say 'compadd() { if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -A found "$@"
  for word in $found; do print -r -- "$IPREFIX${(Q)word}" >> replies; done; builtin compadd "$@" }'
say 'ask() { zle complete-word; print > done }; zle -N ask; bindkey "^X" ask'
for line in 'heddle eva' 'heddle train --da'; do
  say "print -r -- == >> replies"
  zpty -w -n shell "$line"$'\x18'
  read -t 20 < done; echo got $?
  zpty -w -n shell $'\x15'
done
say 'print > done'
read -t 20 < done
zpty -r shell x; print -r -- $x
cat replies
